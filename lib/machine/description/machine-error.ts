/** The user's mistakes in a machine description: each on one line, with its place and what would be right. */

/** One mistake; `place` is `file:line:column` or the option that caused it, `path` may be empty. */
export interface Problem {
  readonly place: string;
  readonly path: string;
  readonly wrong: string;
  readonly right: string;
}

/** Shows a mistake on one line. */
export const problemLine = ({ place, path, wrong, right }: Problem): string =>
  `${place}: ${path === '' ? '' : `${path}: `}${wrong}; ${right}`.replace(/[\0-\x1f]+/g, ' ');

/** Carries every mistake found, in the order of reading; the message has one line for each. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join('\n'));
    this.problems = problems;
  }
}
