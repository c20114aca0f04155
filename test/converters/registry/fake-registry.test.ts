import { FakeRegistry } from '../../support/fake-registry.ts'
import { describeRegistry } from './contract.ts'

describeRegistry('the fake registry', () => FakeRegistry.start())
