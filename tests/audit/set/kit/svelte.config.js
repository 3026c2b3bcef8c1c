import adapter from "@sveltejs/adapter-node";

export default { kit: { adapter: adapter(), alias: { $ui: "src/lib/components" } } };
