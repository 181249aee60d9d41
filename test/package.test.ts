/** The package as its users get it: packed, installed elsewhere, started and imported from there. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

describe('the packed package, installed elsewhere', function () {
  this.timeout(120_000);
  let folder: string;
  let installed: string;

  function run(
    command: string,
    args: string[],
    cwd = folder,
  ): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 110_000 });
  }

  function runOrFail(command: string, args: string[], cwd = folder): string {
    const { status, stdout, stderr } = run(command, args, cwd);
    expect(status, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  }

  before('npm pack, npm install', () => {
    folder = mkdtempSync(join(tmpdir(), 'armhyp-package-'));
    installed = join(folder, 'node_modules/armhyp');
    runOrFail('npm', ['pack', '--silent', '--pack-destination', folder], root);
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    // What `npm ci` has fetched is in npm's cache: nothing is asked of the network again.
    const quiet = ['--silent', '--no-audit', '--no-fund', '--prefer-offline'];
    runOrFail('npm', ['install', ...quiet, join(folder, `armhyp-${version}.tgz`)]);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('holds the program, the machines and the usual files, and no tests', () => {
    const files = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'machines', 'package.json'];
    expect(readdirSync(installed).sort()).to.deep.equal(files);
    expect(readdirSync(join(installed, 'machines/firmware/self-check')))
      .to.include('self-check.elf')
      .and.not.include('build');
  });

  it('holds the schema that the readme tells editors of, and it knows the bundled devices', () => {
    const [, named = ''] =
      /^# yaml-language-server: \$schema=(\S+)$/m.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
    const schema = JSON.parse(readFileSync(join(folder, named), 'utf8')) as { title: string };
    expect(schema.title).to.equal('Machine description');
    expect(JSON.stringify(schema)).to.include('"arm,pl011"');
  });

  it('prints its version', () => {
    expect(runOrFail('npx', ['--no-install', 'armhyp', '--version']).trim()).to.equal(version);
  });

  it('starts with the code that the build kept, for V8 takes it', () => {
    const script = `const { builtCommand } = await import('./node_modules/armhyp/dist/bin/built-command.js');
      console.log(builtCommand().script.cachedDataRejected);`;
    expect(runOrFail(process.execPath, ['--input-type=module', '-e', script])).to.match(/^false$/m);
  });

  it("starts with the interpreter's code that the build kept, for V8 takes it", () => {
    const script = `const { readFileSync, readdirSync } = await import('node:fs');
      const { setFlags } = await import('./node_modules/armhyp/dist/bin/built-command.js');
      const { keptModule } = await import('./node_modules/armhyp/dist/lib/machine/kept-module.js');
      const folder = ${JSON.stringify(pathToFileURL(`${installed}/dist/`))};
      const wasm = new URL(readdirSync(new URL(folder)).find((name) => name.endsWith('.wasm')), folder);
      setFlags();
      console.log(keptModule(wasm, readFileSync(wasm)) instanceof WebAssembly.Module);`;
    const takes = (...options: string[]) =>
      runOrFail(process.execPath, [...options, '--input-type=module', '-e', script]);
    expect(takes()).to.equal('true\n');
    // V8's code would rest on what is not there.
    expect(takes('--disable-wasm-trap-handler')).to.equal('false\n');
  });

  it('says nothing of kept code that is damaged, and runs without it', () => {
    const dist = join(installed, 'dist');
    const kept = readdirSync(dist).filter((name) => name.endsWith('.code'));
    expect(kept).to.have.length(2);
    for (const name of kept) {
      const path = join(dist, name);
      const whole = readFileSync(path);
      writeFileSync(path, Buffer.from(whole).fill(0x5a, whole.length >> 1));
      const { status, stdout, stderr } = run('npx', ['--no-install', '--silent', 'armhyp', 'run', '--timeout', '60']);
      writeFileSync(path, whole);
      expect({ name, status, stderr }).to.deep.equal({
        name,
        status: 0,
        stderr: 'armhyp: ended: the guest powered off\n',
      });
      expect(stdout).to.include('armhyp self-check');
    }
  });

  it('runs the self-check firmware to its end', () => {
    const elf = join(installed, 'machines/firmware/self-check/self-check.elf');
    const output = runOrFail('npx', ['--no-install', 'armhyp', 'run', 'fvp-ve-a15x1', elf, '--timeout', '60']);
    expect(output).to.match(/^self-check: \d+ passed, 0 failed\r?$/m);
  });

  it('demonstrates itself, and tells where what to type next is', () => {
    const output = runOrFail('npx', ['--no-install', 'armhyp', 'demo', '--timeout', '60']);
    expect(output).to.match(/guest 2: \d+ passed, 0 failed.*cd node_modules\/armhyp\n +gdb-multiarch -x (\S+)/s);
    expect(existsSync(join(installed, /-x (\S+)/.exec(output)![1]!))).to.equal(true);
  });

  it('is a library', () => {
    const script = "const { loadMachine } = await import('armhyp'); console.log(typeof loadMachine)";
    expect(runOrFail(process.execPath, ['--input-type=module', '-e', script]).trim()).to.equal('function');
  });

  it('holds the debugger stub as a library of its own', () => {
    const script = "console.log(Object.keys(await import('armhyp/gdbstub')).length > 0)";
    expect(runOrFail(process.execPath, ['--input-type=module', '-e', script]).trim()).to.equal('true');
  });
});
