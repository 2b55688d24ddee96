// What servicenow-rest-api does with the simulator, at SN_HTTPS.
const assert = require('assert'), Client = require('servicenow-rest-api');
const client = new Client(new URL(process.env.SN_HTTPS).host, process.env.SN_USERNAME, process.env.SN_PASSWORD);
const call = (name, ...given) => new Promise(resolve => client[name](...given, resolve));
(async () => {
  assert.equal((await call('getSampleData', 'incident')).length, 1);
  const rows = await call('getTableData', ['number', 'sys_id', 'priority'], ['active=true', 'priority=3'], 'incident');
  assert(rows.length > 0 && new Set(rows.map(row => row.priority)).size === 1);
  assert.equal(await call('getSysId', 'incident', rows[0].number), rows[0].sys_id);
  const made = await call('createNewTask', {short_description: 'From npm'}, 'incident');
  assert.equal((await call('UpdateTask', 'incident', made.number, {urgency: '1'})).short_description, 'From npm');
  const files = await call('getTableData', [], [], 'sys_attachment');
  assert.equal((await call('getAttachmentMetaData', files[0].sys_id)).file_name, files[0].file_name);
  assert.equal((await call('getAllAttachmentsMetaData', files[0].table_sys_id)).length, 1);
  assert((await call('getAttachment', files[0].sys_id)).data.startsWith('This is ' + files[0].file_name));
  const task = (await call('getSampleData', 'change_task'))[0];
  assert((await call('getChangeTasks', 'change_task', task.change_request.value)).some(found => found.number === task.number));
  assert.equal((await call('DeleteTask', 'incident', made.number)).status, 204);
  console.log('servicenow-rest-api: what it calls works, %d attachments', files.length);
})().catch(failure => { console.error(failure); process.exit(1); });
