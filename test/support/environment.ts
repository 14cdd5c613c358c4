/** What every function needs to be imported at all. A test that calls one hands it a configuration of its own. */
process.env['NODE_ENV'] = 'test';
