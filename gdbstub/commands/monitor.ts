/** `monitor COMMAND`. GDB manual, Appendix E.4 (`qRcmd`). */
import { packet, type Commands } from '../packet.ts';
import { TargetFault, type Monitor } from '../target.ts';
import { idOf } from '../view.ts';

export const monitor = (commands: Monitor): Commands => ({
  packets: [
    packet('qRcmd,{command:bytes}', 'run a monitor command', ({ client, view, print }, { command }) => {
      const { context, thread } = view.general;
      try {
        commands.run(Buffer.from(command).toString('utf8').trim(), { client, thread: idOf(context, thread), print });
      } catch (fault) {
        if (!(fault instanceof TargetFault)) throw fault;
        // gdb shows nothing but the number of an error, and gdb 13 takes one with a text for output.
        print(`${fault.message}\n`);
        return `E${fault.errno.toString(16).padStart(2, '0')}`;
      }
      return 'OK';
    }),
  ],
});
