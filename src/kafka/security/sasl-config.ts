import { ConfigError } from '../../errors/connect-error.ts'
import type { ClientConfig } from '../types.ts'
import { parseJaas } from './jaas.ts'
import type { JaasEntry } from './jaas.ts'
import type { SaslMechanism } from './mechanism.ts'
import { oauthBearerMechanism } from './oauthbearer.ts'
import { plainMechanism } from './plain.ts'
import { scramMechanism } from './scram.ts'
import type { ScramName } from './scram.ts'
import { tokenSource } from './token-source.ts'

interface MechanismMaker {
  /** The end of the login module's class, in whichever package it is. */
  readonly loginModule: string
  make(config: ClientConfig, jaas: JaasEntry): SaslMechanism
}

const scram = (name: ScramName): MechanismMaker => ({
  loginModule: 'ScramLoginModule',
  make: (_config, jaas) => {
    const isToken = jaas.options.get('tokenauth') === 'true'
    return scramMechanism(name, { ...credentialsOf(jaas), isToken })
  },
})

const makers: Readonly<Record<string, MechanismMaker>> = {
  PLAIN: {
    loginModule: 'PlainLoginModule',
    make: (_config, jaas) => {
      const { username, password } = credentialsOf(jaas)
      return plainMechanism(username, password)
    },
  },
  'SCRAM-SHA-256': scram('SCRAM-SHA-256'),
  'SCRAM-SHA-512': scram('SCRAM-SHA-512'),
  OAUTHBEARER: {
    loginModule: 'OAuthBearerLoginModule',
    make: (config, jaas) => oauthBearerMechanism(tokenSource(config, jaas.options)),
  },
}

/** The mechanism of `sasl.mechanism` with the credentials of `sasl.jaas.config`. Throws a ConfigError. */
export function saslMechanism(config: ClientConfig): SaslMechanism {
  const name = config['sasl.mechanism']?.trim() ?? 'GSSAPI'
  const maker = makers[name]
  const known = Object.keys(makers).join(', ')
  if (maker === undefined) {
    const why = name === 'GSSAPI' ? 'Kerberos is not spoken to brokers' : 'it is not known'
    throw new ConfigError(`Invalid value ${name} for "sasl.mechanism": ${why}. Expected ${known}.`)
  }
  refuseJavaHandlers(config)
  const text = config['sasl.jaas.config']?.trim() ?? ''
  if (text === '') {
    throw new ConfigError(
      `Missing "sasl.jaas.config": sasl.mechanism=${name} needs one, such as ...${maker.loginModule} required username="…" password="…"; Files named by java.security.auth.login.config are not read.`,
    )
  }
  const jaas = parseJaas(text)
  if (!jaas.loginModule.endsWith(maker.loginModule)) {
    throw new ConfigError(
      `Invalid "sasl.jaas.config": found the login module ${jaas.loginModule}, expected ${maker.loginModule} for sasl.mechanism=${name}.`,
    )
  }
  return maker.make(config, jaas)
}

/** What a user plugs in is Java, but for Kafka's own handlers of tokens. */
function refuseJavaHandlers(config: ClientConfig): void {
  const keys = ['sasl.client.callback.handler.class', 'sasl.login.class'] as const
  for (const key of keys) {
    const value = config[key]?.trim() ?? ''
    if (value === '') continue
    throw new ConfigError(
      `Invalid value ${value} for "${key}": a Java class cannot run here. Remove the key, or use ${Object.keys(makers).join(', ')} as they are.`,
    )
  }
}

function credentialsOf({ loginModule, options }: JaasEntry): {
  readonly username: string
  readonly password: string
} {
  const [username, password] = [options.get('username'), options.get('password')]
  if (username !== undefined && password !== undefined) return { username, password }
  const missing = username === undefined ? 'username' : 'password'
  throw new ConfigError(`Invalid "sasl.jaas.config": ${loginModule} has no ${missing}.`)
}
