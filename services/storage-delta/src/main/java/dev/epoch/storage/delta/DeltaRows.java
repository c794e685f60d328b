package dev.epoch.storage.delta;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import io.delta.kernel.Scan;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Rows of a scan, file by file, batch by batch; rows that deletion vectors name are left out. */
final class DeltaRows implements RowStream<Row> {
  private final Engine engine;
  private final DeltaErrors errors;
  private final io.delta.kernel.data.Row state;
  private final StructType physical;
  private final List<DeltaValues.Reader> readers;
  private final CloseableIterator<io.delta.kernel.data.Row> files;
  private CloseableIterator<FilteredColumnarBatch> batches;
  private ColumnarBatch batch;
  private Optional<ColumnVector> selected = Optional.empty();
  private int place;
  private Row next;

  DeltaRows(Engine engine, DeltaErrors errors, StructType type, Scan scan) {
    this.engine = engine;
    this.errors = errors;
    this.state = scan.getScanState(engine);
    this.physical = ScanStateRow.getPhysicalDataReadSchema(state);
    this.readers =
        type.fields().stream().map(field -> DeltaValues.reader(field.getDataType())).toList();
    this.files = Utils.intoRows(scan.getScanFiles(engine));
    try {
      next = errors.checked(this::advance);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Row advance() throws IOException {
    while (true) {
      while (batch != null && place < batch.getSize()) {
        int row = place++;
        if (selected.isEmpty() || isSelected(selected.get(), row)) {
          return read(row);
        }
      }
      batch = null;
      if (batches != null && batches.hasNext()) {
        FilteredColumnarBatch filtered = batches.next();
        batch = filtered.getData();
        selected = filtered.getSelectionVector();
        place = 0;
      } else {
        closeFile();
        if (!files.hasNext()) {
          return null;
        }
        batches = open(files.next());
      }
    }
  }

  private static boolean isSelected(ColumnVector selected, int row) {
    return !selected.isNullAt(row) && selected.getBoolean(row);
  }

  private Row read(int row) {
    String[] values = new String[readers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = readers.get(i).read(batch.getColumnVector(i), row);
    }
    return Row.of(values);
  }

  private CloseableIterator<FilteredColumnarBatch> open(io.delta.kernel.data.Row file)
      throws IOException {
    CloseableIterator<FileReadResult> data =
        engine
            .getParquetHandler()
            .readParquetFiles(
                Utils.singletonCloseableIterator(InternalScanFileUtils.getAddFileStatus(file)),
                physical,
                Optional.empty());
    return Scan.transformPhysicalData(engine, state, file, data.map(FileReadResult::getData));
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public Row next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    Row row = next;
    next = errors.checked(this::advance);
    return row;
  }

  private void closeFile() {
    if (batches != null) {
      Utils.closeCloseablesSilently(batches);
      batches = null;
    }
  }

  @Override
  public void close() {
    closeFile();
    Utils.closeCloseablesSilently(files);
  }
}
