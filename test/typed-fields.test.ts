// Every field of every method by its name, through the typed client: one that is renamed in a contract does not compile here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../src/client/client.ts';
import { jintong } from '../src/platforms/jintong/client.ts';
import { contract as ofJintong } from '../src/platforms/jintong/contract.ts';
import { suning } from '../src/platforms/suning/client.ts';
import { contract as ofSuning, type SuningContract } from '../src/platforms/suning/contract.ts';
import { ytx } from '../src/platforms/ytx/client.ts';
import { contract as ofYtx, type YtxContract } from '../src/platforms/ytx/contract.ts';
import type { Params } from '../src/protocol/contract.ts';
import { KEYS } from './jintong.ts';
import { APPS } from './suning.ts';
import { startTestServer } from './support.ts';
import { ACCOUNT, APP, MOBILE, TOKENS } from './ytx.ts';

const server = await startTestServer();
const baseUrl = server.url;

/** The names that the test wrote are all that the contract has. */
const sameNames = (written: object, fields: object, what: string): void =>
  assert.deepEqual(Object.keys(written).sort(), Object.keys(fields).sort(), what);

test('jintong: parameters and reply of each action', async () => {
  const { HastenOrder, OperateCancelOrder, GetOrderDetail } = ofJintong.methods;
  const credentials = { partner: 'jane88', key: KEYS.jane88 };
  const client = createClient(jintong, { baseUrl, credentials });
  const order = { OrderID: '15112480268', UserName: 'jane88' };
  sameNames(order, HastenOrder.params, 'HastenOrder');
  await client.call('HastenOrder', order);
  sameNames(order, GetOrderDetail.params, 'GetOrderDetail');
  const { Order } = await client.call('GetOrderDetail', order);
  const { OrderID, UserName, OrderState, OrderStateName, Amount, Pnr, FlightNo, CreateTime } =
    Order;
  const read = {
    ...{ OrderID, UserName, OrderState, OrderStateName, Amount, Pnr, FlightNo, CreateTime },
  };
  sameNames(read, GetOrderDetail.reply.Order.fields, 'the reply of GetOrderDetail');
  assert.ok(Object.values(read).every((value) => typeof value === 'string' && value !== ''));
  const cancel = { Consumer: 'jane88', OrderID: '151103654827', Remark: '取消' };
  sameNames(cancel, OperateCancelOrder.params, 'OperateCancelOrder');
  await client.call('OperateCancelOrder', cancel);
});

test('suning: parameters and reply of each method', async () => {
  const status = ofSuning.methods['suning.selfmarket.leaguerstatus.add'];
  const query = ofSuning.methods['suning.fws.historyorder.query'];
  const [appKey, appSecret] = APPS.plain;
  const client = createClient(suning, { baseUrl, credentials: { appKey, appSecret } });
  const card = { cardCode: '1234567899', cardSec: 'I001XB999' };
  const shipped = {
    iqStatus: '180',
    orderId: '1000531505',
    orderItemId: '00000208117601',
    supplierCode: '10042869',
    failReason: '充值失败',
    cardList: [card],
  } as const satisfies Params<SuningContract, 'suning.selfmarket.leaguerstatus.add'>;
  sameNames(shipped, status.params, 'the status');
  sameNames(card, status.params.cardList.fields, 'a card');
  const { result, orderId, orderItemId } = await client.call(
    'suning.selfmarket.leaguerstatus.add',
    shipped,
  );
  sameNames({ result, orderId, orderItemId }, status.reply, 'the reply to a status');
  assert.deepEqual([result, orderId], ['Y', '1000531505']);

  const asked = {
    serverId: 'S01234567890',
    chargeId: 'S01234567890',
    startTime: '2015-01-01 00:00:00',
    endTime: '2015-02-01 00:00:00',
    orderCategory: '1',
    pageNo: 1,
    pageSize: 10,
  } as const satisfies Params<SuningContract, 'suning.fws.historyorder.query'>;
  sameNames(asked, query.params, 'the query');
  const page = await client.call('suning.fws.historyorder.query', asked);
  const { items, pageTotal, pageNo, pageSize, returnMessage } = page;
  sameNames({ pageTotal, pageNo, pageSize, returnMessage }, query.head, 'sn_head');
  const { shopName, businessAccounts, createTime, orderCategory, orderDetail } = items[0]!;
  const head = {
    ...{ orderId: items[0]!.orderId, shopName, businessAccounts, createTime, orderCategory },
    orderDetail,
  };
  sameNames(head, query.reply, 'an order');
  const { serverId, serviceName, chargeId, chargeName, orderDetailId, orderQuantity } =
    orderDetail[0]!;
  const { basePrice, effectiveTime, failureTime, originalCostTotal } = orderDetail[0]!;
  const { realPaymentTotal, preferentialPriceTotal } = orderDetail[0]!;
  const detail = {
    ...{ serverId, serviceName, chargeId, chargeName, orderDetailId, orderQuantity, basePrice },
    ...{ effectiveTime, failureTime, originalCostTotal, realPaymentTotal, preferentialPriceTotal },
  };
  sameNames(detail, query.reply.orderDetail.fields, 'a line');
  assert.ok(Object.values(detail).every((value) => typeof value === 'string' && value !== ''));
});

test('ytx: parameters and reply of each action', async () => {
  const { getOrderResult, productOrder } = ofYtx.methods;
  const credentials = { accountSID: ACCOUNT, authToken: TOKENS[ACCOUNT] };
  const client = createClient(ytx, { baseUrl, credentials });
  const submission = {
    appid: APP,
    rechargeAccount: MOBILE,
    productCode: 'P1',
    customParm: 'typed-fields',
  };
  sameNames(submission, productOrder.params, 'productOrder');
  const { statusCode, statusMsg, requestId } = await client.call('productOrder', submission);
  sameNames({ statusCode, statusMsg, requestId }, productOrder.reply, 'the reply of productOrder');
  const asked = { appid: APP, requestId: [requestId], customParm: 'typed-fields' } satisfies Params<
    YtxContract,
    'getOrderResult'
  >;
  sameNames(asked, getOrderResult.params, 'getOrderResult');
  const { items } = await client.call('getOrderResult', asked);
  const [item] = items;
  assert.ok(item && !('refused' in item));
  const { appid, orderSts, remark, mobile, oriAmount, customParm } = item;
  const read = {
    ...{ requestId: item.requestId, appid, orderSts, remark, mobile, oriAmount, customParm },
  };
  sameNames(read, getOrderResult.reply, 'the reply of getOrderResult');
  assert.deepEqual([read.requestId, customParm, oriAmount], [requestId, 'typed-fields', '2.94']);
});
