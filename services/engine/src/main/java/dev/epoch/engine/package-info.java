/** Pure decisions: processors decide, appliers change the repository state. */
package dev.epoch.engine;
