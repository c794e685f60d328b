/** How results look as text. */
package dev.epoch.cli.text;
