import type { OcsfEvent } from '../../../../lib/broker/ocsf/ocsf-event.ts';

/**
 * What OCSF 1.3.0 asks of the classes and objects that we make, after github.com/ocsf/ocsf-schema (`events/`, `objects/`, `profiles/cloud.json`);
 * docs/decisions/0037 says how far it was read. Whatever is not named here is no attribute that we make: a test says so.
 */
interface Shape {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  readonly atLeastOne?: readonly string[];
  /** Members that are objects, or lists of them, by the name of their shape. */
  readonly objects?: Readonly<Record<string, string>>;
  readonly enums?: Readonly<Record<string, readonly number[]>>;
}

const BASE = {
  required: ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'],
  optional: ['activity_name', 'message', 'status_id', 'status_code', 'status_detail', 'unmapped', 'cloud'],
  enums: { severity_id: [0, 1, 2, 3, 4, 5, 6, 99], status_id: [0, 1, 2, 99] },
  objects: { metadata: 'metadata', cloud: 'cloud' },
};

export const CLASS_SHAPES: Readonly<Record<number, Shape & { readonly category: number }>> = {
  6003: {
    category: 6,
    required: [...BASE.required, 'actor', 'api', 'src_endpoint'],
    optional: [...BASE.optional, 'resources'],
    enums: { ...BASE.enums, activity_id: [0, 1, 2, 3, 4, 99] },
    objects: {
      ...BASE.objects,
      actor: 'actor',
      api: 'api',
      src_endpoint: 'network_endpoint',
      resources: 'resource_details',
    },
  },
  3001: {
    category: 3,
    required: [...BASE.required, 'user'],
    optional: [...BASE.optional, 'actor'],
    enums: { ...BASE.enums, activity_id: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99] },
    objects: { ...BASE.objects, actor: 'actor', user: 'user' },
  },
  3002: {
    category: 3,
    required: [...BASE.required, 'user'],
    optional: [...BASE.optional, 'actor', 'service', 'auth_protocol', 'auth_protocol_id', 'is_mfa', 'is_remote'],
    atLeastOne: ['service', 'dst_endpoint'],
    enums: {
      ...BASE.enums,
      activity_id: [0, 1, 2, 3, 4, 5, 99],
      auth_protocol_id: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99],
    },
    objects: { ...BASE.objects, actor: 'actor', user: 'user', service: 'service' },
  },
  2004: {
    category: 2,
    required: [...BASE.required, 'finding_info'],
    optional: [...BASE.optional, 'is_alert', 'resources'],
    enums: { ...BASE.enums, activity_id: [0, 1, 2, 3, 99], status_id: [0, 1, 2, 3, 4, 5, 99] },
    objects: { ...BASE.objects, finding_info: 'finding_info', resources: 'resource_details' },
  },
};

const OBJECT_SHAPES: Readonly<Record<string, Shape>> = {
  metadata: {
    required: ['product', 'version'],
    optional: ['uid', 'event_code', 'original_time', 'log_name', 'sequence', 'correlation_uid', 'profiles'],
    objects: { product: 'product' },
  },
  product: { required: ['vendor_name'], optional: ['name', 'uid'] },
  actor: {
    required: [],
    atLeastOne: ['process', 'user', 'invoked_by', 'session', 'app_name', 'app_uid'],
    objects: { user: 'user' },
    optional: ['user'],
  },
  user: {
    required: [],
    atLeastOne: ['account', 'name', 'uid'],
    optional: ['uid', 'type', 'type_id'],
    enums: { type_id: [0, 1, 2, 3, 99] },
  },
  api: {
    required: ['operation'],
    optional: ['service', 'request'],
    objects: { service: 'service', request: 'request' },
  },
  request: { required: ['uid'] },
  service: { required: [], atLeastOne: ['name', 'uid'], optional: ['name', 'uid'] },
  network_endpoint: {
    required: [],
    atLeastOne: [
      'ip',
      'uid',
      'name',
      'hostname',
      'svc_name',
      'instance_uid',
      'interface_uid',
      'interface_name',
      'domain',
    ],
    optional: ['svc_name'],
  },
  resource_details: { required: [], optional: ['uid', 'type'] },
  cloud: { required: ['provider'], optional: ['account'], objects: { account: 'account' } },
  account: {
    required: [],
    atLeastOne: ['name', 'uid'],
    optional: ['uid', 'type', 'type_id'],
    enums: { type_id: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99] },
  },
  finding_info: { required: ['title', 'uid'], optional: ['types', 'desc', 'created_time'] },
};

/** What is wrong with an event by that schema; nothing where it is right. */
export const faultsOf = (event: OcsfEvent): readonly string[] => {
  const { class_uid, category_uid, activity_id, type_uid, metadata } = event;
  const shape = CLASS_SHAPES[class_uid];
  if (!shape) return [`class ${class_uid}`];
  return [
    ...(category_uid === shape.category ? [] : ['category_uid']),
    ...(type_uid === class_uid * 100 + activity_id ? [] : ['type_uid']),
    ...(metadata['version'] === '1.3.0' ? [] : ['metadata.version']),
    // An activity that it does not name is named.
    ...(activity_id === 99 && event.activity_name === 'Other' ? ['activity_name'] : []),
    ...('cloud' in event === JSON.stringify(metadata['profiles'] ?? []).includes('cloud') ? [] : ['metadata.profiles']),
    ...within(event, shape, ''),
  ];
};

const within = (value: Readonly<Record<string, unknown>>, shape: Shape, place: string): readonly string[] => {
  const { required, optional = [], atLeastOne, objects = {}, enums = {} } = shape;
  return [
    ...required.filter((name) => value[name] === undefined).map((name) => `${place}${name} is missing`),
    ...Object.keys(value)
      .filter((name) => ![...required, ...optional].includes(name))
      .map((name) => `${place}${name} is unknown`),
    ...(atLeastOne && !atLeastOne.some((name) => name in value)
      ? [`${place} has none of ${atLeastOne.join(', ')}`]
      : []),
    ...Object.entries(enums).flatMap(([name, values]) =>
      name in value && !values.includes(Number(value[name])) ? [`${place}${name}: ${String(value[name])}`] : [],
    ),
    ...Object.entries(objects).flatMap(([name, of]) =>
      [value[name] ?? []]
        .flat()
        .flatMap((each) =>
          within(each as Readonly<Record<string, unknown>>, OBJECT_SHAPES[of] ?? { required: [] }, `${place}${name}.`),
        ),
    ),
  ];
};
