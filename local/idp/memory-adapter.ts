import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

interface Entry {
  readonly payload: AdapterPayload;
  readonly expiresAtMs: number;
}

/** Keeps a provider's sessions, codes and tokens in memory, apart from any other provider in the process. */
export const createMemoryAdapter = (nowMs: () => number): AdapterFactory => {
  const models = new Map<string, Map<string, Entry>>();
  return (model) => {
    const entries = models.get(model) ?? new Map<string, Entry>();
    models.set(model, entries);
    return adapterOver(entries, models, nowMs);
  };
};

const adapterOver = (
  entries: Map<string, Entry>,
  models: ReadonlyMap<string, Map<string, Entry>>,
  nowMs: () => number,
): Adapter => {
  const live = (entry: Entry | undefined): AdapterPayload | undefined =>
    entry && entry.expiresAtMs > nowMs() ? entry.payload : undefined;
  const findBy = (field: 'uid' | 'userCode', value: string) =>
    Promise.resolve(live([...entries.values()].find(({ payload }) => payload[field] === value)));
  return {
    upsert: (id, payload, expiresInSeconds = Infinity) => {
      entries.set(id, { payload, expiresAtMs: nowMs() + expiresInSeconds * 1000 });
      return Promise.resolve();
    },
    find: (id) => Promise.resolve(live(entries.get(id))),
    findByUid: (uid) => findBy('uid', uid),
    findByUserCode: (userCode) => findBy('userCode', userCode),
    consume: (id) => {
      const entry = entries.get(id);
      if (entry) entries.set(id, { ...entry, payload: { ...entry.payload, consumed: Math.floor(nowMs() / 1000) } });
      return Promise.resolve();
    },
    destroy: (id) => {
      entries.delete(id);
      return Promise.resolve();
    },
    revokeByGrantId: (grantId) => {
      for (const model of models.values()) {
        for (const [id, { payload }] of model) if (payload.grantId === grantId) model.delete(id);
      }
      return Promise.resolve();
    },
  };
};
