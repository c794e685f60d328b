/** Three-way merge of rows, field by field, and the resolution of what conflicts. */
package dev.epoch.model.merge;
