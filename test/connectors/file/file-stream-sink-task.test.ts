import { mkdir, readFile, symlink, truncate } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { FileStreamSinkTask } from '../../../connectors/file/file-stream-sink-task.ts'
import { SinkRecord, TypedNumber } from '../../../src/api/index.ts'
import { temporaryFolder } from './support.ts'

function record(value: unknown): SinkRecord {
  return new SinkRecord('lines', 0, null, null, null, value, 0)
}

async function started(file: string): Promise<FileStreamSinkTask> {
  const task = new FileStreamSinkTask()
  await task.start({ file })
  return task
}

describe('the file sink', () => {
  test('appends a line a record, as Java prints its value', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('out.txt', 'before\n')
    const task = await started(file)
    const values = ['plain', 'zażółć', '', null, 1, true, new Map([['a', 1]]), [1, 'x']]
    await task.put(values.map(record))
    await task.flush()
    await task.stop()
    expect(await readFile(file, 'utf8')).toBe(
      'before\nplain\nzażółć\n\nnull\n1\ntrue\n{a=1}\n[1, x]\n',
    )
  })

  test.each([
    ['torn li', 'torn li\nnext\n'],
    ['whole\n', 'whole\nnext\n'],
    ['whole\r', 'whole\r\nnext\n'],
    ['', 'next\n'],
  ])('begins a new line where the file ends with %j', async (before, after) => {
    await using folder = await temporaryFolder()
    const file = await folder.write('out.txt', before)
    const task = await started(file)
    await task.put([record('next')])
    await task.stop()
    expect(await readFile(file, 'utf8')).toBe(after)
  })

  test('shows a batch in the file without a flush', async () => {
    await using folder = await temporaryFolder()
    const file = folder.file('out.txt')
    const task = await started(file)
    await task.put([record('seen')])
    await expect.poll(() => readFile(file, 'utf8')).toBe('seen\n')
    await task.stop()
  })

  test('writes batches larger than its buffers', async () => {
    await using folder = await temporaryFolder()
    const file = folder.file('out.txt')
    const task = await started(file)
    const values = Array.from({ length: 9 }, (_, index) => String(index).repeat(400_000))
    await task.put(values.map(record))
    await task.flush()
    const text = await readFile(file, 'utf8')
    expect(text === values.map((value) => `${value}\n`).join('')).toBe(true)
    await task.stop()
  })

  test('goes on at the end of a file that was truncated under it', async () => {
    await using folder = await temporaryFolder()
    const file = folder.file('out.txt')
    const task = await started(file)
    await task.put([record('one')])
    await task.flush()
    await truncate(file, 0)
    await task.put([record('two')])
    await task.flush()
    expect(await readFile(file, 'utf8')).toBe('two\n')
    await task.stop()
  })

  test('lets several tasks append whole lines to one file', async () => {
    await using folder = await temporaryFolder()
    const file = folder.file('out.txt')
    const tasks = await Promise.all([started(file), started(file)])
    await Promise.all(
      tasks.map(async (task, number) => {
        for (let batch = 0; batch < 50; batch++) {
          await task.put(Array.from({ length: 100 }, (_, i) => record(`${number}-${batch}-${i}`)))
        }
        await task.flush()
        await task.stop()
      }),
    )
    const lines = (await readFile(file, 'utf8')).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines).toHaveLength(10_000)
    expect(new Set(lines).size).toBe(10_000)
    expect(lines.every((line) => /^[01]-\d+-\d+$/.test(line))).toBe(true)
  })

  test.each([
    [
      'its folder is missing',
      (folder: string) => `${folder}/no/out.txt`,
      'its folder does not exist',
    ],
    ['it is a directory', (folder: string) => folder, 'it is a directory'],
    ['a part of its path is a file', (folder: string) => `${folder}/f/out.txt`, 'is no folder'],
  ])('fails to start where %s', async (_case, fileIn, reason) => {
    await using folder = await temporaryFolder()
    await folder.write('f', '')
    const file = fileIn(folder.path)
    const failure: unknown = await started(file).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      javaName: 'org.apache.kafka.connect.errors.ConnectException',
    })
    expect(String(failure)).toContain(
      `Couldn't find or create file '${file}' for FileStreamSinkTask: `,
    )
    expect(String(failure)).toContain(reason)
  })

  test('fails where no space is left, and counts nothing as written', async () => {
    await using folder = await temporaryFolder()
    await mkdir(folder.file('d'))
    await symlink('/dev/full', folder.file('d/out.txt'))
    const task = await started(folder.file('d/out.txt'))
    await task.put([record('lost?')])
    await expect(task.flush()).rejects.toThrow(/no space is left on its device.*written again/)
    await task.stop()
  })

  test('keeps what a number looked like', async () => {
    await using folder = await temporaryFolder()
    const file = folder.file('out.txt')
    const task = await started(file)
    await task.put([record(new TypedNumber('FLOAT64', 100)), record(0.1)])
    await task.stop()
    expect(await readFile(file, 'utf8')).toBe('100.0\n0.1\n')
  })
})
