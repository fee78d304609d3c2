// Nothing: what it costs to start Node with an ES module.
