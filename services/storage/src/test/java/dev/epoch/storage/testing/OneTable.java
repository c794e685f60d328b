package dev.epoch.storage.testing;

import dev.epoch.storage.Capabilities;
import dev.epoch.storage.Capabilities.Transactions;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.PlannedRows;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A real adapter, but that its transactions reach one table. */
public final class OneTable {
  private OneTable() {}

  /** What refuses operations of several tables, and leaves all else to another adapter. */
  public static StorageAdapter of(StorageAdapter adapter) {
    return (StorageAdapter)
        Proxy.newProxyInstance(
            OneTable.class.getClassLoader(),
            new Class<?>[] {StorageAdapter.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "capabilities" -> capabilities(adapter.capabilities());
                  case "apply" -> {
                    requireOne((Operation) arguments[0], (Map<?, ?>) arguments[1]);
                    yield invoke(adapter, method, arguments);
                  }
                  default -> invoke(adapter, method, arguments);
                });
  }

  private static Capabilities capabilities(Capabilities its) {
    return new Capabilities(Transactions.ONE_TABLE, its.capture(), its.constraints());
  }

  private static void requireOne(Operation operation, Map<?, ?> rows) {
    Set<String> tables = new HashSet<>();
    operation.tables().forEach(each -> tables.add(each.table().table().id()));
    operation.live().forEach(each -> tables.add(each.table().id()));
    if (tables.size() > 1) {
      rows.values().forEach(planned -> ((PlannedRows) planned).close());
      throw new StorageException("A transaction reaches one table, not " + tables.size(), null);
    }
  }

  private static Object invoke(StorageAdapter adapter, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(adapter, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
