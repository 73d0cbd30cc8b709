/** esbuild's text loader gives a Python file as a string. */
declare module "*.py" {
  const text: string;
  export default text;
}
