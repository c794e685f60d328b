package dev.epoch.storage;

import org.junit.jupiter.api.Nested;

/** What every backend must do, by subject. A subclass opens databases. */
public abstract class AbstractStorageAdapterTests {
  /** Opens a fresh database. */
  protected abstract StorageBackend open();

  /** How many random histories are worth their time. */
  protected int histories() {
    return 4;
  }

  @Nested
  class States extends StateCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Differences extends DifferenceCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Commits extends CommitCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Branches extends BranchCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Merges extends MergeCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Rebuilding extends RestorationCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Removals extends RemovalCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class TheDatabase extends DatabaseCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Making extends MakingCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Kinds extends KindCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Schemas extends SchemaCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class AppendOnly extends AppendOnlyCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Histories extends HistoryCases {
    @Override
    StorageBackend backend() {
      return open();
    }

    @Override
    int histories() {
      return AbstractStorageAdapterTests.this.histories();
    }
  }

  @Nested
  class Tables extends TableCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Directories extends DirectoryCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }

  @Nested
  class Operations extends OperationCases {
    @Override
    StorageBackend backend() {
      return open();
    }
  }
}
