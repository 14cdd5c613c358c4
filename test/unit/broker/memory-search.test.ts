import { searchContract } from '../../contract/search.contract.ts';
import { memorySearchIndex } from '../../support/memory-search.ts';

searchContract('the tests', () => Promise.resolve({ search: memorySearchIndex(), close: () => Promise.resolve() }));
