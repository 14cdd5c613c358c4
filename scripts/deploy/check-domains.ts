import { partitionOfRegion } from '../../lib/domain/partition.ts';
import type { Place } from './place.ts';
import { type Finding, stops } from './finding.ts';
import { regionOf } from './region-of.ts';
import type { StageSettings } from './stage-file.ts';

/** CloudFront, its certificates, WAF in front of it, and their alarms are there, wherever a stage is. */
export const EDGE_REGION = 'us-east-1';

/** Whether the domains of a stage, and the edge in front of them, are what AWS can make. */
export const checkDomains = ({ stage, region, settings }: Place): readonly Finding[] =>
  [...faultsOfDomains(region, settings), ...faultsOfEdge(region, settings)].map(([about, what, next]) =>
    stops(about, what, `${next} in stages/${stage}.yml`),
  );

type Fault = readonly [about: string, what: string, next: string];

const faultsOfDomains = (region: string, settings: StageSettings): readonly Fault[] => {
  const { domain, issuerDomain, origin, issuer, hostedZone, edge } = settings;
  const named = [
    ['certificate', domain, settings.certificate],
    ['issuerCertificate', issuerDomain, settings.issuerCertificate],
  ] as const;
  return [
    ...named.flatMap(([name, host, certificate]) => faultsOfCertificate(name, host, certificate, region)),
    ...differs('origin', domain, origin),
    ...differs('issuer', issuerDomain, issuer),
    ...(domain !== undefined && domain === issuerDomain
      ? [fault('issuerDomain', 'it is the domain, which is the issuer by itself', 'leave it out')]
      : []),
    ...(hostedZone !== undefined && (domain === undefined || edge)
      ? [
          fault(
            'hostedZone',
            edge ? 'the records lead to the edge' : 'there is no domain to record',
            edge ? 'hostedZone: under edge:' : 'domain:',
          ),
        ]
      : []),
  ];
};

const fault = (...parts: Fault): Fault => parts;

const faultsOfCertificate = (
  name: string,
  host: string | undefined,
  certificate: string | undefined,
  region: string,
): readonly Fault[] => {
  if ((host === undefined) !== (certificate === undefined))
    return [
      fault(
        name,
        host === undefined ? 'there is no domain that it is for' : `${host} has none`,
        'the two belong together',
      ),
    ];
  return certificate === undefined || regionOf(certificate) === region
    ? []
    : [fault(name, `it is of ${regionOf(certificate)}, and the API of ${region}`, 'one of the stage’s own region')];
};

const differs = (name: string, host: string | undefined, address: string | undefined): readonly Fault[] =>
  host === undefined || address === `https://${host}`
    ? []
    : [fault(name, `it says ${address ?? 'nothing'}, and the domain is ${host}`, `leave ${name} out`)];

const faultsOfEdge = (region: string, { domain, edge }: StageSettings): readonly Fault[] => {
  if (!edge) return [];
  const partition = partitionOfRegion(region);
  if (partition !== 'aws')
    return [
      fault(
        'edge',
        partition === 'aws-us-gov'
          ? 'there is no CloudFront in GovCloud, and one outside would carry what is to stay inside'
          : 'CloudFront of China is another service, for which this edge was not made',
        'leave it out: the routes’ own limits stay (docs/operations.md, "How many calls");',
      ),
    ];
  const arns = [edge.certificate, edge.clientCertificate, ...(edge.alarmActions ?? [])];
  return [
    ...(domain === undefined ? [fault('edge', 'it stands in front of a domain, and there is none', 'domain:')] : []),
    ...arns
      .filter((arn) => regionOf(arn) !== EDGE_REGION)
      .map((arn) => fault('edge', `${arn} is not in ${EDGE_REGION}, where CloudFront looks`, `one of ${EDGE_REGION}`)),
  ];
};
