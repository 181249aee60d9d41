/** `--module ADDRESS:KIND:FILE[:BOOTARGS]`: a file in memory for a hypervisor's guests (Xen, booting.txt). */
import { InvalidArgumentError } from 'commander';
import { toQuantity, type ModuleFile } from '../lib/index.ts';

/** The argument's parts; what follows the third colon is boot arguments, colons and all. */
export function bootModule(text: string): ModuleFile {
  const [, at = '', kind = '', file = '', bootArguments] =
    /^([^:]*):([a-z][a-z0-9,-]*):([^:]+)(?::(.*))?$/s.exec(text) ?? [];
  const address = toQuantity(at, 'address');
  if (address === undefined)
    throw new InvalidArgumentError(
      'Write ADDRESS:KIND:FILE[:BOOTARGS], such as 0x90000000:kernel:zImage:console=hvc0; a KIND is kernel or ramdisk.',
    );
  return { address, kind, file, bootArguments };
}
