import { openMemoryStore } from '../../storage/memory-store.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('memory store', {
  async make() {
    const store = await openMemoryStore();
    return { store, dispose: () => store.close() };
  },
}).run();
