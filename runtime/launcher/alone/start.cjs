require('../../bundle/start.cjs')('node');
