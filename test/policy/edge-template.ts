import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageService } from '../../local/compile.ts';

const certificate = (id: string, region: string) => `arn:aws:acm:${region}:777788889999:certificate/${id}`;

export const CLIENT_CERTIFICATE = certificate('0aa0c5a5-6f6f-4d3b-9a49-0d7c1c2c1e04', 'us-east-1');
export const TRUSTSTORE = 's3://hatcheck-edge-777788889999/2026-11-22.pem';

/** What the file of a stage says that has domains, and an edge in front of them. */
export const STAGE_WITH_EDGE = stringify({
  domain: 'hatcheck.example.com',
  certificate: certificate('0aa0c5a5-6f6f-4d3b-9a49-0d7c1c2c1e01', 'eu-west-1'),
  issuerDomain: 'issuer.example.com',
  issuerCertificate: certificate('0aa0c5a5-6f6f-4d3b-9a49-0d7c1c2c1e02', 'eu-west-1'),
  edge: {
    certificate: certificate('0aa0c5a5-6f6f-4d3b-9a49-0d7c1c2c1e03', 'us-east-1'),
    ...{ clientCertificate: CLIENT_CERTIFICATE, truststore: TRUSTSTORE, hostedZone: 'Z0123456789ABCDEFGHIJ' },
    alarmActions: ['arn:aws:sns:us-east-1:777788889999:on-call'],
  },
});

/** The template of the edge that would be deployed in front of that stage. */
export const packagedEdge = async (stage = STAGE_WITH_EDGE): Promise<unknown> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-edge-'));
  try {
    for (const part of ['serverless.edge.yml', 'serverless']) await cp(part, join(folder, part), { recursive: true });
    await mkdir(join(folder, 'stages'));
    await writeFile(join(folder, 'stages/dev.yml'), stage);
    const targets = ['target=d-1', 'issuerTarget=d-2'].map(
      (each) => `--param=${each}.execute-api.eu-west-1.amazonaws.com`,
    );
    await packageService(folder, ['--config', 'serverless.edge.yml', '--stage', 'dev', ...targets]);
    const file = join(folder, '.serverless/cloudformation-template-update-stack.json');
    return JSON.parse(await readFile(file, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
