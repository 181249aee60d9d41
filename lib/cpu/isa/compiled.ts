/** Straight-line code that is made when it is first needed, for what predecoding does at every guest instruction. */
const known = new Map<string, unknown>();

/** Gives the function of one parameter with this body. Equal bodies are one function, which V8 compiles and optimizes once. */
export function compiled<F extends (argument: never) => unknown>(parameter: string, body: string): F {
  const made = known.get(body) ?? new Function(parameter, body);
  known.set(body, made);
  return made as F;
}
