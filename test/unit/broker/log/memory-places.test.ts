import { logPlacesContract } from '../../../contract/log-places.contract.ts';
import { memoryLogPlaces } from '../../../support/memory-log.ts';

logPlacesContract('the tests', () => Promise.resolve({ places: memoryLogPlaces(), close: () => Promise.resolve() }));
