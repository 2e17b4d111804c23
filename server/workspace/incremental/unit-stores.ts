import { createUnitStore, type UnitStore } from './unit-cache.ts';

/** The stores of the modules that were analysed last: those that are open in an editor. */
export interface UnitStores {
  of(path: string): UnitStore;
  clear(): void;
}

const maxModules = 12;

export function createUnitStores(): UnitStores {
  const stores = new Map<string, UnitStore>();
  return {
    of(path) {
      const store = stores.get(path) ?? createUnitStore();
      stores.delete(path);
      stores.set(path, store);
      const [oldest] = stores.keys();
      if (stores.size > maxModules && oldest !== undefined) stores.delete(oldest);
      return store;
    },
    clear: () => stores.clear(),
  };
}
