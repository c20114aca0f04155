/** Java's providers whose places the SDK's own chain looks at. */
const chain = new Set([
  'DefaultAWSCredentialsProviderChain',
  'DefaultCredentialsProvider',
  'EnvironmentVariableCredentialsProvider',
  'ProfileCredentialsProvider',
  'InstanceProfileCredentialsProvider',
  'WebIdentityTokenCredentialsProvider',
  'WebIdentityTokenFileCredentialsProvider',
  'EC2ContainerCredentialsProviderWrapper',
  'ContainerCredentialsProvider',
])

/** Whether a provider of this name, without its package, finds what the SDK's chain finds. */
export function isChain(simpleClassName: string): boolean {
  return chain.has(simpleClassName)
}
