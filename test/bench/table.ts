/** The lines that `npm run compare` prints. */

/** A title and cells, in columns. */
export function tableRow(title: string, cells: readonly string[]): string {
  return (title.padEnd(18) + cells.map((cell) => cell.padStart(12)).join('')).trimEnd();
}

/** A number with so many decimals; nothing if it was not measured. */
export function figure(value: number | undefined, digits: number): string {
  return value !== undefined && Number.isFinite(value) ? value.toFixed(digits) : '';
}
