/** What Node takes to start and to end, whatever it runs. */
import { sayStarted } from './started.ts';

sayStarted();
process.exit(0);
