package dev.epoch.model.row;

import dev.epoch.events.table.TableSchema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.LongConsumer;

/**
 * What a table holds.
 *
 * @param rows number of its rows
 * @param sum of these rows
 */
public record TableContent(long rows, ContentSum sum) {

  /** Rows that are hashed at a time: a third of a millisecond. */
  private static final int BATCH = 1024;

  private static final int BATCHES = ForkJoinPool.getCommonPoolParallelism() + 1;

  /** Likewise, telling nobody how far it is. */
  public static TableContent of(TableSchema schema, RowStream<Row> rows) {
    return of(schema, rows, count -> {});
  }

  /**
   * Reads rows to their end, and hashes what was read on other processors meanwhile: more than half
   * of the time that a whole table takes is that of the hashes.
   *
   * @param schema that the rows have
   * @param progress is told the number of rows that were read, now and then and at the end
   */
  public static TableContent of(TableSchema schema, RowStream<Row> rows, LongConsumer progress) {
    ContentSum sum = new ContentSum();
    long count = 0;
    Queue<ForkJoinTask<ContentSum>> hashed = new ArrayDeque<>();
    List<Row> batch = new ArrayList<>(BATCH);
    while (rows.hasNext()) {
      batch.add(rows.next());
      count++;
      if (batch.size() == BATCH) {
        List<Row> full = batch;
        hashed.add(ForkJoinPool.commonPool().submit(() -> sum(schema, full)));
        batch = new ArrayList<>(BATCH);
        progress.accept(count);
        if (hashed.size() > BATCHES) {
          sum.plus(hashed.remove().join());
        }
      }
    }
    progress.accept(count);
    hashed.forEach(task -> sum.plus(task.join()));
    return new TableContent(count, sum.plus(sum(schema, batch)));
  }

  private static ContentSum sum(TableSchema schema, List<Row> rows) {
    RowHasher hasher = new RowHasher(schema);
    ContentSum sum = new ContentSum();
    rows.forEach(row -> sum.add(hasher, row));
    return sum;
  }
}
