/** What software should not do to the machine, once per kind and place, on the `debug` channels armhyp:guest:KIND. */

/** Gives the function that takes the reports, or undefined if nobody asked for any by the variable DEBUG. */
export async function guestReports(): Promise<((kind: string, message: string) => void) | undefined> {
  // Loading the package takes a noticeable part of the start.
  if (!process.env.DEBUG) return undefined;
  const { default: debug } = await import('debug');
  const channels = new Map<string, debug.Debugger>();
  return (kind, message) => {
    const channel = channels.get(kind) ?? debug(`armhyp:guest:${kind}`);
    channels.set(kind, channel);
    channel('%s', message);
  };
}
