/** States of tables, and what lies between them. */
package dev.epoch.storage.state;
