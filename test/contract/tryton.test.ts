import { tryton } from '../../connectors/tryton/index.ts';
import { describeConnector, describeRunningSystem } from './connector.testsuite.ts';
import { harness } from './harnesses/tryton.ts';

describeConnector(tryton);
describeRunningSystem(tryton, harness);
