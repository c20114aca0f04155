import { describe, expect, test } from 'vitest'
import { databaseOf } from '../../../connectors/jdbc/core/connect.ts'
import type { Endpoint } from '../../../connectors/jdbc/core/endpoint.ts'
import { maskUrl, maskUrls } from '../../../connectors/jdbc/core/mask-url.ts'

function endpoint(url: string, extras: Readonly<Record<string, string>> = {}): Endpoint {
  const { user = null, password = null, ...rest } = extras
  return databaseOf({
    ...{ url, user, password, dialectName: '', attempts: 1, backoffMs: 0, applicationName: '' },
    extras: new Map(Object.entries(rest)),
  }).endpoint
}

const brief = ({ hosts, database, user, password }: Endpoint): unknown => [
  hosts.map(({ host, port }) => `${host}:${port}`).join(' '),
  database,
  user,
  password,
]

describe('a connection URL', () => {
  test.each([
    ['jdbc:postgresql://h/db?user=u', ['h:5432', 'db', 'u', null]],
    ['jdbc:postgresql://h1:1,[::1]:2,:3/db?user=u', ['h1:1 ::1:2 localhost:3', 'db', 'u', null]],
    ['jdbc:postgresql:db?user=u', ['localhost:5432', 'db', 'u', null]],
    ['jdbc:postgresql://?user=u', ['localhost:5432', 'u', 'u', null]],
    ['jdbc:postgresql:///?user=u', ['localhost:5432', 'u', 'u', null]],
    ['jdbc:postgresql://h/a%2Fb+c?user=u%40x&password=p%26', ['h:5432', 'a/b c', 'u@x', 'p&']],
    ['jdbc:mysql://h/db?user=u&password=p', ['h:3306', 'db', 'u', 'p']],
    ['jdbc:mariadb://u:p%40@h1:1,h2/db', ['h1:1 h2:3306', 'db', 'u', 'p@']],
    ['jdbc:mysql://(host=h,port=7,user=u,password=p)/db', ['h:7', 'db', 'u', 'p']],
    ['jdbc:mysql:loadbalance://address=(host=h)(port=7),g/db', ['h:7 g:3306', 'db', null, null]],
    ['jdbc:sqlserver://h:7;databaseName=db;user=u;password={a;}}b}', ['h:7', 'db', 'u', 'a;}b']],
    ['jdbc:sqlserver://h\\i;DATABASE=db', ['h:1433', 'db', null, null]],
    ['jdbc:sqlite:/a/b.db', ['', '/a/b.db', null, null]],
    ['jdbc:sqlite::memory:', ['', null, null, null]],
    ['jdbc:sqlite:file:/a/b%20c.db?mode=ro', ['', '/a/b c.db', null, null]],
  ])('%s is read as its driver reads it', (url, expected) => {
    expect(brief(endpoint(url))).toEqual(expected)
  })

  test.each([
    ['postgresql://h/db', 'Not a valid JDBC URL: postgresql://h/db'],
    ['jdbc:postgresql://h', 'after the host there has to be a slash'],
    ['jdbc:postgresql://h/a/b', 'write it as %2F'],
    ['jdbc:postgresql://h:0/a', 'a host is name, name:port, or [IPv6]:port'],
    ['jdbc:mysql:h/db', 'no // found'],
    ['jdbc:oracle:thin:@h:1521/x', 'jdbc:oracle: has no driver outside of a JVM'],
    ['jdbc:db2://h/x', 'Supported are PostgreSQL, MariaDB, SQLite'],
  ])('%s is refused with the reason', (url, message) => {
    expect(() => endpoint(url)).toThrow(message)
  })

  test('of PostgreSQL wins over the keys beside it, that of MySQL does not', () => {
    const beside = { user: 'beside', password: 'secret' }
    expect(endpoint('jdbc:postgresql://h/d?user=in', beside)).toMatchObject({
      user: 'in',
      password: 'secret',
    })
    expect(endpoint('jdbc:mysql://h/d?user=in', beside)).toMatchObject({ user: 'beside' })
  })

  test('has the keys beside it among its properties', () => {
    const { properties } = endpoint('jdbc:postgresql://h/d?ssl', { ApplicationName: 'mine' })
    expect([properties.get('ssl'), properties.get('ApplicationName')]).toEqual(['', 'mine'])
  })

  test('may be read as another dialect, which has to be one of ours', () => {
    const settings = (dialectName: string): Parameters<typeof databaseOf>[0] => ({
      ...{ url: 'jdbc:sqlite:x', user: null, password: null, extras: new Map() },
      ...{ dialectName, attempts: 1, backoffMs: 0, applicationName: '' },
    })
    expect(databaseOf(settings('sqlitedatabasedialect')).dialect.product).toBe('SQLite')
    expect(() => databaseOf(settings('Nonsense'))).toThrow('expected one of GenericDatabaseDialect')
    expect(() => databaseOf(settings('OracleDatabaseDialect'))).toThrow(
      'no driver outside of a JVM',
    )
  })

  test('is refused with a property that the operator has blocked', () => {
    process.env.JDBC_CONNECTION_URL_BLOCKED_PARAMS = 'socketFactory, sslkey'
    try {
      expect(() => endpoint('jdbc:postgresql://h/d?user=u&SSL%4bey=/etc/x')).toThrow('not allowed')
      expect(() => endpoint('jdbc:postgresql://h/d', { socketfactory: 'x' })).toThrow('not allowed')
      expect(endpoint('jdbc:postgresql://h/d?user=sslkey').user).toBe('sslkey')
    } finally {
      delete process.env.JDBC_CONNECTION_URL_BLOCKED_PARAMS
    }
  })
})

describe('secrets in a connection URL', () => {
  test.each([
    [
      'jdbc:mysqlx://sandy:secret@(host=h,port=1)/db',
      'jdbc:mysqlx://sandy:****@(host=h,port=1)/db',
    ],
    ['jdbc:mysql://a:s@h1,b:s2@h2/db', 'jdbc:mysql://a:****@h1,b:****@h2/db'],
    [
      'jdbc:mysql://(host=h,password=secret,user=u)/db',
      'jdbc:mysql://(host=h,password=****,user=u)/db',
    ],
    [
      'jdbc:x://h/db?password=secret&a=b&password=secret',
      'jdbc:x://h/db?password=****&a=b&password=****',
    ],
    [
      'jdbc:sqlserver://h;keyStoreSecret=secret;gsscredential=secret;user=u',
      'jdbc:sqlserver://h;keyStoreSecret=****;gsscredential=****;user=u',
    ],
    ['jdbc:sqlserver://h;password={a;b}}c};user=u', 'jdbc:sqlserver://h;password=****;user=u'],
    [
      'jdbc:postgresql://h/db?sslpassword=x&user=u',
      'jdbc:postgresql://h/db?sslpassword=****&user=u',
    ],
  ])('%s: none is shown', (url, masked) => {
    expect(maskUrl(url)).toBe(masked)
    expect(maskUrls(`cannot open ${url} now`)).toBe(`cannot open ${masked} now`)
  })
})
