import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicKey } from '../../runtime/topic.ts';

test('topics are the same whatever their Unicode form, their case and their spaces', () => {
  const same = [
    ['Distributed Systems', 'distributed  systems ', '\tDISTRIBUTED\u00A0systems'],
    ['Café', 'Cafe\u0301', 'CAFÉ', 'CAFE\u0301'],
    ['Straße', 'STRASSE', 'strasse'],
    ['ΟΔΟΣ', 'οδος', 'οδοσ'],
    ['İzmir', 'I\u0307zmir'],
  ];
  for (const topics of same) {
    for (const topic of topics) {
      assert.is(topicKey(topic), topicKey(topics[0]!), topic);
      assert.is(topicKey(topicKey(topic)), topicKey(topic), topic);
    }
  }
  assert.is.not(topicKey('Cafe'), topicKey('Café'));
  assert.is.not(topicKey('dis tributed'), topicKey('distributed'));
});

test.run();
