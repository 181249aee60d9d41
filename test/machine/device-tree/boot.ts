/** Boots Debian's kernel on the tree that a machine has of itself. */
import { loadMachine, type MachineOptions } from '../../../lib/index.ts';
import { payload } from '../../payloads/payloads.ts';

/** The console's text up to the guest's end, and how the run ended. */
export async function bootLinux(
  machineFile: string,
  options: Partial<MachineOptions> = {},
): Promise<{ text: string; reason: string }> {
  const problems: string[] = [];
  const machine = await loadMachine(machineFile, {
    kernel: payload('zImage-fast-armmp'),
    initrd: payload('initramfs.cpio.gz'),
    append: 'mode=off',
    noReboot: true,
    report: (_, message) => problems.push(message),
    ...options,
  });
  let text = '';
  for (const uart of machine.uarts) uart.onOutput = (byte) => (text += String.fromCharCode(byte));
  const { reason } = machine.run({ instructions: 4e9, hostMs: 280_000 });
  return { text: `${text}\n${problems.join('\n')}`, reason };
}
