import type { ConnectionConfiguration } from 'tedious'
import { ConfigError } from 'sluice/api'
import { isOn, secondsToMs } from '../core/endpoint.ts'
import type { Endpoint, UrlProperties } from '../core/endpoint.ts'

/** What the properties of the Java driver are to tedious. Names of properties are in lower case. */
export function sqlServerOptions(
  endpoint: Endpoint,
  applicationName: string,
): ConnectionConfiguration {
  const { hosts, database, properties } = endpoint
  const [host] = hosts
  const instance = properties.get('instancename')
  const serverName = properties.get('hostnameincertificate')
  return {
    server: host?.host ?? 'localhost',
    authentication: authenticationOf(endpoint),
    options: {
      // A port beats the name of an instance, as with the Java driver; without one the instance's browser is asked.
      ...(instance !== undefined && !properties.has('portnumber')
        ? { instanceName: instance }
        : { port: host?.port ?? 1433 }),
      ...(database === null ? {} : { database }),
      ...(serverName === undefined ? {} : { serverName }),
      appName: properties.get('applicationname') ?? applicationName.slice(0, 128),
      encrypt: encryptionOf(properties),
      trustServerCertificate: isOn(properties.get('trustservercertificate')),
      readOnlyIntent: properties.get('applicationintent')?.toLowerCase() === 'readonly',
      multiSubnetFailover: isOn(properties.get('multisubnetfailover')),
      connectTimeout: secondsToMs(properties.get('logintimeout'), 30),
      requestTimeout: secondsToMs(properties.get('querytimeout'), 0),
      // Nothing is to be read by the process's zone, and no rows are to be kept.
      useUTC: true,
      rowCollectionOnDone: false,
      rowCollectionOnRequestCompletion: false,
    },
  }
}

/** `encrypt` of the Java driver: true unless given. */
function encryptionOf(properties: UrlProperties): boolean | 'strict' {
  const value = (properties.get('encrypt') ?? 'true').toLowerCase()
  switch (value) {
    case 'true':
    case 'mandatory':
    case 'yes':
    case '':
      return true
    case 'false':
    case 'optional':
    case 'no':
      return false
    case 'strict':
      return 'strict'
    default:
      throw new ConfigError(
        `Invalid value ${value} for encrypt: expected true, false, mandatory, optional or strict.`,
      )
  }
}

/** By user and password, of the server's own or by NTLM. */
function authenticationOf({
  user,
  password,
  properties,
}: Endpoint): NonNullable<ConnectionConfiguration['authentication']> {
  const scheme = properties.get('authenticationscheme')?.toLowerCase()
  const authentication = properties.get('authentication')?.toLowerCase() ?? 'notspecified'
  if (authentication !== 'notspecified' && authentication !== 'sqlpassword') {
    throw new ConfigError(
      `authentication=${authentication} is not supported: expected SqlPassword, with a user and a password.`,
    )
  }
  if (scheme === 'ntlm') {
    const domain = properties.get('domain') ?? ''
    return { type: 'ntlm', options: { userName: user ?? '', password: password ?? '', domain } }
  }
  if (isOn(properties.get('integratedsecurity'))) {
    throw new ConfigError(
      'integratedSecurity is not supported without authenticationScheme=NTLM: there is no Kerberos for SQL Server here. Give a user and a password.',
    )
  }
  return {
    type: 'default',
    options: { userName: user ?? undefined, password: password ?? undefined },
  }
}
