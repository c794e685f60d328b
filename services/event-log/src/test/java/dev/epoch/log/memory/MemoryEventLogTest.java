package dev.epoch.log.memory;

import dev.epoch.log.EventLog;
import dev.epoch.log.testing.AbstractEventLogTests;

class MemoryEventLogTest extends AbstractEventLogTests {
  @Override
  protected EventLog createLog() {
    return new MemoryEventLog();
  }
}
