/**
 * The folder of the host that a guest's files are in. It is the guest's whole file system: a name begins there, with a
 * slash or without, and neither `..` nor a symbolic link leads out of it.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, realpathSync, renameSync } from 'node:fs';
import { unlinkSync } from 'node:fs';
import { basename, join, posix, sep } from 'node:path';
import { CallFailure } from './failure.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;
const WRITE = O_WRONLY | O_CREAT | O_TRUNC,
  READ_AND_WRITE = O_RDWR | O_CREAT | O_TRUNC,
  APPEND = O_WRONLY | O_CREAT | O_APPEND,
  READ_AND_APPEND = O_RDWR | O_CREAT | O_APPEND;
/** What the modes of SYS_OPEN ask for: r, rb, r+, r+b, w, wb, w+, w+b, a, ab, a+, a+b. */
const FLAGS = [
  ...[O_RDONLY, O_RDONLY, O_RDWR, O_RDWR, WRITE, WRITE, READ_AND_WRITE, READ_AND_WRITE],
  ...[APPEND, APPEND, READ_AND_APPEND, READ_AND_APPEND],
];

export class Folder {
  readonly #root: string;

  /** Throws the system's error if this is no folder. */
  constructor(path: string) {
    this.#root = realpathSync(path);
    readdirSync(this.#root);
  }

  /** Opens a file by a mode of SYS_OPEN; gives its descriptor. */
  open(name: string, mode: number): number {
    const flags = FLAGS[mode];
    if (flags === undefined) throw new CallFailure('EINVAL');
    const descriptor = openSync(this.#file(name), flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
    throw new CallFailure('EACCES');
  }

  remove(name: string): void {
    unlinkSync(this.#place(name));
  }

  rename(from: string, to: string): void {
    renameSync(this.#place(from), this.#place(to));
  }

  /** Where a name is: links in the path are followed, but not what the last part names. */
  #place(name: string): string {
    if (name.includes('\0')) throw new CallFailure('EINVAL');
    const path = posix.normalize(`./${name}`);
    if (path === '..' || path.startsWith('../')) throw new CallFailure('EACCES', `${name} leads out of the folder`);
    return join(this.#inside(join(this.#root, posix.dirname(path)), name), basename(path));
  }

  /** The regular file that a name has, or may get. What is none may not even be opened: a pipe would wait. */
  #file(name: string): string {
    const place = this.#place(name);
    const there = lstatSync(place, { throwIfNoEntry: false });
    if (there?.isSymbolicLink() !== true) {
      if (there?.isDirectory()) throw new CallFailure('EISDIR');
      if (there?.isFile() === false) throw new CallFailure('EACCES');
      return place;
    }
    const target = this.#inside(place, name);
    if (!lstatSync(target).isFile()) throw new CallFailure('EACCES');
    return target;
  }

  /** The path without links. Throws if it lies outside, or if it does not exist. */
  #inside(path: string, name: string): string {
    const real = realpathSync(path);
    if (real === this.#root || real.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep)) return real;
    throw new CallFailure('EACCES', `${name} leads out of the folder`);
  }
}
