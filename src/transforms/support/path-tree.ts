import { ConfigError } from '../../api/index.ts'
import { pathText } from './field-path.ts'
import type { FieldPath } from './field-path.ts'

/**
 * Fields by their paths, with what is to be done to each: where paths are of one step, as without `field.syntax.version=V2`, a
 * tree of one level.
 */
export interface PathTree<T> {
  /** In the order in which the fields were first named. */
  readonly branches: readonly PathBranch<T>[]
  branch(name: string): PathBranch<T> | undefined
}

export interface PathBranch<T> {
  readonly name: string
  /** What is to be done to this field itself. */
  readonly target: T | undefined
  /** What is to be done within it; null where nothing is. */
  readonly within: PathTree<T> | null
}

/**
 * Of two entries for one path the later counts. A path that goes through another entry's field is a ConfigError, unless
 * both can be done.
 */
export function pathTree<T>(
  entries: Iterable<readonly [path: FieldPath, target: T]>,
  mayOverlap = false,
): PathTree<T> {
  const root = new Node<T>(mayOverlap)
  for (const [path, target] of entries) {
    let node = root
    for (const step of path) node = node.childAt(step)
    node.target = target
  }
  return root.toTree([])
}

class Node<T> {
  target: T | undefined = undefined
  readonly #mayOverlap: boolean
  readonly #children = new Map<string, Node<T>>()

  constructor(mayOverlap: boolean) {
    this.#mayOverlap = mayOverlap
  }

  childAt(name: string): Node<T> {
    let child = this.#children.get(name)
    if (child === undefined) {
      child = new Node(this.#mayOverlap)
      this.#children.set(name, child)
    }
    return child
  }

  toTree(path: FieldPath): PathTree<T> {
    const branches = new Map<string, PathBranch<T>>()
    for (const [name, child] of this.#children) {
      const branch = child.#toBranch([...path, name])
      branches.set(name, branch)
    }
    return { branches: [...branches.values()], branch: (name) => branches.get(name) }
  }

  #toBranch(path: FieldPath): PathBranch<T> {
    const name = path.at(-1) ?? ''
    if (this.#children.size === 0) return { name, target: this.target, within: null }
    if (this.target !== undefined && !this.#mayOverlap) {
      throw new ConfigError(
        `The fields named overlap: ${pathText(path)} is named, and a field within it too. Name one of the two.`,
      )
    }
    return { name, target: this.target, within: this.toTree(path) }
  }
}
