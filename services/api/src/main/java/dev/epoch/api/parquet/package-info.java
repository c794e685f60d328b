/** Records of a table as a Parquet file. */
package dev.epoch.api.parquet;
