/** The <code>epoch</code> command. */
package dev.epoch.cli;
