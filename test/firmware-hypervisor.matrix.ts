/** Debian's LPAE kernel as the hypervisor's guest, to its user space and off. */
import { expect } from 'chai';
import { hypervisor, runHere, runOnQemu } from './firmware-hypervisor.ts';
import { needsPayloads, payload } from './payloads/payloads.ts';
import { needs } from './tools/requirements.ts';

const loads = (): { file: string; address: number }[] => [
  { file: payload('zImage-fast-lpae'), address: 0x9400_0000 },
  { file: payload('initramfs.cpio.gz'), address: 0x9900_0000 },
];

function expectUserSpace(console: string): void {
  expect(console).to.include('Machine model: armhyp guest');
  expect(console).to.match(/psci: PSCIv0\.2 detected in firmware/);
  expect(console).to.match(/27 Level +arch_timer/);
  expect(console).to.match(/^PAYLOAD-MARK done\r?$/m);
  expect(console).to.include('hypervisor: guest 1 is off');
}

describe("Debian's LPAE kernel as the hypervisor's guest", function () {
  needsPayloads();
  this.timeout(300_000);

  it('runs to PAYLOAD-MARK done and switches itself off', async () => {
    const { uarts, ended } = await runHere(hypervisor, loads(), 4e9);
    expectUserSpace(uarts[0]);
    expect(ended).to.equal('poweredOff');
  });
});

describe("Debian's LPAE kernel as the hypervisor's guest on QEMU", function () {
  needs('qemu-system-arm');
  needsPayloads();
  this.timeout(200_000);

  it('runs to PAYLOAD-MARK done and switches itself off', () => {
    const { uarts, ended } = runOnQemu(hypervisor, loads(), 180_000);
    expectUserSpace(uarts[0]);
    expect(ended).to.equal('poweredOff');
  });
});
