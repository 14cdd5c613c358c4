-- The export of the audit, as tables of Athena (engine version 3). Put the bucket's name in place of EXPORT-BUCKET; docs/athena.md says the rest.

-- A line an event, in the order of the log. Partitions are computed from the date (partition projection): nothing has to be added each day.
CREATE EXTERNAL TABLE hatcheck_events (
  `index` bigint,
  `stream` string,
  `seq` bigint,
  `hash` string,
  `canonical` string
)
PARTITIONED BY (`dt` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://EXPORT-BUCKET/events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2026-01-01,NOW',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://EXPORT-BUCKET/events/dt=${dt}/'
);

-- A file a checkpoint, with the hashes that it is the first to cover.
CREATE EXTERNAL TABLE hatcheck_checkpoints (
  `seq` bigint,
  `checkpoint` string,
  `signature` string,
  `kid` string,
  `first` bigint,
  `leaves` array<string>
)
PARTITIONED BY (`dt` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://EXPORT-BUCKET/checkpoints/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2026-01-01,NOW',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://EXPORT-BUCKET/checkpoints/dt=${dt}/'
);

-- What the events say. `sound`: the text has the hash that stands beside it; NULL where the text is gone.
CREATE OR REPLACE VIEW hatcheck_event AS
SELECT
  dt,
  "index",
  stream,
  seq,
  hash,
  replace(to_base64url(sha256(to_utf8(canonical))), '=', '') = hash AS sound,
  json_extract_scalar(canonical, '$.type') AS type,
  from_iso8601_timestamp(json_extract_scalar(canonical, '$.at')) AS at,
  json_extract_scalar(canonical, '$.eventId') AS event_id,
  json_extract_scalar(canonical, '$.actor.kind') AS actor_kind,
  json_extract_scalar(canonical, '$.actor.handle') AS actor,
  json_extract_scalar(canonical, '$.policy') AS policy,
  json_extract(canonical, '$.data') AS data,
  canonical
FROM hatcheck_events;

-- What was asked for, a row a request; its events are those of the same stream.
CREATE OR REPLACE VIEW hatcheck_request AS
SELECT
  dt,
  stream,
  at,
  actor AS requester,
  json_extract_scalar(canonical, '$.data.requestId') AS request,
  json_extract_scalar(canonical, '$.data.entitlementId') AS entitlement,
  json_extract_scalar(canonical, '$.data.snapshot.accountId') AS account,
  json_extract_scalar(canonical, '$.data.snapshot.roleArn') AS role,
  json_extract_scalar(canonical, '$.data.ticket') AS ticket,
  json_extract(canonical, '$.data.breakGlass') IS NOT NULL AS break_glass
FROM hatcheck_event
WHERE type = 'request.submitted';

-- Each role session that was given out, and until when it could be used.
CREATE OR REPLACE VIEW hatcheck_session AS
SELECT
  issued.dt,
  issued.stream,
  issued.at,
  least(
    from_iso8601_timestamp(json_extract_scalar(issued.canonical, '$.data.expiration')),
    from_iso8601_timestamp(json_extract_scalar(intended.canonical, '$.data.endsAt'))
  ) AS ends_at,
  json_extract_scalar(issued.canonical, '$.data.accessKeyId') AS access_key,
  json_extract_scalar(intended.canonical, '$.data.purpose') AS purpose,
  intended.actor AS holder
FROM hatcheck_event issued
JOIN hatcheck_event intended
  ON intended.event_id = json_extract_scalar(issued.canonical, '$.data.intent')
 AND intended.stream = issued.stream
WHERE issued.type = 'credentials.issued';
