import { sandbox } from '../../connectors/sandbox/index.ts';
import { describeConnector, describeRunningSystem } from './connector.testsuite.ts';
import { harness } from './harnesses/sandbox.ts';

describeConnector(sandbox);
describeRunningSystem(sandbox, harness);
