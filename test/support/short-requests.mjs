// Loaded by a worker under test (SLUICE_TEST_HOOKS): what REST gives a request is not 90 s but SLUICE_TEST_REQUEST_MS.
const limitMs = 90_000
const shortMs = Number(process.env.SLUICE_TEST_REQUEST_MS)
const { timeout } = AbortSignal

AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms === limitMs ? shortMs : ms)

export default function nothing() {
  // No fault point is of interest.
}
