import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { build } from '../../../scripts/build.ts';
import { testEnvironment } from '../../support/config.ts';
import type { FromStub, SdkCall, ToStub, TurnDone } from './calls.ts';
import type { FloorCalls } from './floor.ts';
import { approvedRequest } from './scene.ts';

/** Ours and the other one, against one stub: how to start either. */
export interface Programs {
  /** From process start to the end of its first answer; `bare` is Node alone. */
  start(which: 'ours' | 'floor' | 'bare', env?: Readonly<Record<string, string>>): Promise<Started>;
  /** A program that has answered once. */
  warm(which: 'ours' | 'floor'): Promise<Warm>;
  /** Bytes of a program's bundle. */
  bytes(which: 'ours' | 'floor'): Promise<number>;
  close(): void;
}

export interface Started {
  readonly ms: number;
  /** CPU time of the process, which other work on the machine disturbs less. */
  readonly cpuMs: number;
}

export interface Warm {
  /** CPU time of the process for so many issues, one after the other, in µs an issue. */
  cpuUs(issues: number): Promise<number>;
  close(): void;
}

/** Builds both in the folder: ours as it is deployed, the other with the same settings, from what ours was seen to send. */
export const makePrograms = async (folder: string, now: string): Promise<Programs> => {
  const scene = await approvedRequest(now);
  const { stub, endpoint } = await startStub();
  await build({ access: scene.access, outDir: folder });
  const runners = ['program', 'bare', 'floor'].map((name) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url)));
  await esbuild.build({
    entryPoints: runners,
    ...{ outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', target: 'node24' },
    ...{ format: 'esm', mainFields: ['module', 'main'], logLevel: 'silent' },
  });
  const eventFile = join(folder, 'event.json');
  const callsFile = join(folder, 'floor-calls.json');
  await writeFile(eventFile, JSON.stringify(scene.event));
  const bundleOf = { ours: join(folder, 'credentials.mjs'), floor: join(folder, 'floor.mjs') };
  const env = { ...environment(endpoint), FLOOR_CALLS: callsFile };
  const argumentsOf = (which: 'ours' | 'floor' | 'bare'): string[] =>
    which === 'bare' ? [join(folder, 'bare.mjs')] : [join(folder, 'program.mjs'), bundleOf[which], eventFile];
  const start: Programs['start'] = async (which, more = {}) => {
    const began = performance.now();
    const child = spawn(process.execPath, argumentsOf(which), {
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    const ms = performance.now() - began;
    if (child.exitCode !== 0) throw new Error(`${which} ended with ${child.exitCode}`);
    return { ms, cpuMs: Number(output.trimEnd().split('\n').at(-1)) / 1000 };
  };

  tell(stub, { answers: scene.answers });
  await start('ours');
  await writeFile(callsFile, JSON.stringify(floorCalls(await callsSince(stub))));
  return {
    start,
    warm: (which) => startWarm(argumentsOf(which), env),
    bytes: async (which) => (await readFile(bundleOf[which])).length,
    close: () => {
      stub.disconnect();
    },
  };
};

/** What Lambda and our own deployment give a function, and nothing of this process's environment. */
const environment = (endpoint: string): Record<string, string> => ({
  ...testEnvironment,
  ...{ AWS_ACCESS_KEY_ID: 'ASIAEXAMPLEEXAMPLE01', AWS_SECRET_ACCESS_KEY: 's'.repeat(40) },
  AWS_SESSION_TOKEN: 't'.repeat(900),
  ...{ HATCHECK_DYNAMODB_ENDPOINT: endpoint, HATCHECK_STS_ENDPOINT: endpoint, HATCHECK_FEDERATION_ENDPOINT: endpoint },
});

const startStub = async (): Promise<{ stub: ChildProcess; endpoint: string }> => {
  const stub = fork(fileURLToPath(new URL('./aws-stub.ts', import.meta.url)), { stdio: 'inherit' });
  const [said] = (await once(stub, 'message')) as [FromStub];
  if (!('endpoint' in said)) throw new TypeError('the stub says first where it is');
  return { stub, endpoint: said.endpoint };
};

const tell = (stub: ChildProcess, told: ToStub): void => {
  stub.send(told);
};

const callsSince = async (stub: ChildProcess): Promise<readonly SdkCall[]> => {
  const answered = once(stub, 'message');
  tell(stub, { calls: 'since' });
  const [said] = (await answered) as [FromStub];
  return 'calls' in said ? said.calls : [];
};

/** @throws TypeError when our program did not do what the other one is written for: reads, an intent, AssumeRole, an outcome. */
export const floorCalls = (calls: readonly SdkCall[]): FloorCalls => {
  const inputsOf = (operation: string): readonly Input[] =>
    calls.flatMap((call) =>
      call.service === 'dynamodb' && call.operation === operation ? [JSON.parse(call.body) as Input] : [],
    );
  const [intent, outcome, ...more] = inputsOf('PutItem');
  const [role, ...others] = calls.flatMap(({ service, body }) => (service === 'sts' ? [roleOf(body)] : []));
  const [gets, queries] = [inputsOf('GetItem'), inputsOf('Query')];
  if (!intent || !outcome || !role || gets.length + queries.length + 3 !== calls.length + more.length + others.length)
    throw new TypeError(`the issue path is another one now: ${calls.length} calls`);
  return { gets, queries, intent, role, outcome };
};

/** Of whichever operation: what an SDK of ours sent is what the other program's takes. */
type Input = FloorCalls['gets'][number] & FloorCalls['queries'][number] & FloorCalls['intent'];

const roleOf = (form: string): FloorCalls['role'] => {
  const said = new URLSearchParams(form);
  const value = (name: string): string => said.get(name) ?? '';
  const tags = [...said.keys()].flatMap((name) => /^Tags\.member\.(\d+)\.Key$/.exec(name)?.[1] ?? []);
  return {
    ...{ RoleArn: value('RoleArn'), RoleSessionName: value('RoleSessionName'), Policy: value('Policy') },
    ...{ SourceIdentity: value('SourceIdentity'), ExternalId: value('ExternalId') },
    DurationSeconds: Number(value('DurationSeconds')),
    Tags: tags.map((n) => ({ Key: value(`Tags.member.${n}.Key`), Value: value(`Tags.member.${n}.Value`) })),
  };
};

const startWarm = async (args: readonly string[], env: Record<string, string>): Promise<Warm> => {
  const [file = '', ...rest] = args;
  const child = fork(file, rest, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  return {
    cpuUs: async (issues) => {
      const answered = once(child, 'message');
      child.send({ issues });
      const [{ cpuUs }] = (await answered) as [TurnDone];
      return cpuUs / issues;
    },
    close: () => {
      child.disconnect();
    },
  };
};
