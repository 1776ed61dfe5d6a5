import { TestWorkflowEnvironment } from '@temporalio/testing';
const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path: '/root/.cache/flows/bin/temporal-test-server-1.40.0' } } });
console.log('up', env.address, env.namespace);
try { console.log(await env.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: { FlowsState: 2, FlowsKind: 2 } })); } catch (e) { console.log('add failed', e); }
try { console.log(JSON.stringify(await env.connection.operatorService.listSearchAttributes({ namespace: 'default' }))); } catch (e) { console.log('list failed', e); }
await env.teardown();
