// Reads {"schema": …, "documents": […]} from standard input; prints for each document whether it is valid.
const Ajv = require("ajv").default;

let input = "";
process.stdin.on("data", (part) => (input += part));
process.stdin.on("end", () => {
  const { schema, documents } = JSON.parse(input);
  const validate = new Ajv({ strict: false, logger: false }).compile(schema);
  console.log(JSON.stringify(documents.map((document) => validate(document))));
});
