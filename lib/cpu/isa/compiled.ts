/** Straight-line code that is made when it is first needed, for what predecoding does at every guest instruction. */
type Unary = (argument: never) => unknown;

const known = new Map<string, Unary>();

/** Gives the function of one parameter with this body. Equal bodies are one function, which V8 compiles and optimizes once. */
export function compiled(parameter: string, body: string): Unary {
  const made = known.get(body) ?? (new Function(parameter, body) as Unary);
  known.set(body, made);
  return made;
}
